import { isWarningsNote, isYesNoAnswer } from 'bigmind-webhooks';
import { plain } from './slack.js';

/** Slack shows some thousand characters of a message well. */
const mostLines = 10;

/** The lines of a message; the first is its title. */
function message(title, lines) {
  const shown = lines.slice(0, mostLines).map((line) => `• ${line}`);
  if (lines.length > mostLines) shown.push(`… and ${lines.length - mostLines} more`);
  return [title, ...shown];
}

/** The warnings of a note, or nothing for a note of another type. */
export function warningsAlert({ data }) {
  if (!isWarningsNote(data) || data.content.length === 0) return undefined;
  const lines = data.content.map(({ severity, warning, reasoning }) => {
    const because = reasoning ? ` (${plain(reasoning)})` : '';
    return `${plain(severity)}: ${plain(warning)}${because}`;
  });
  return message(`Warnings on ${plain(data.target_object_name)} ${plain(data.target_object_id)}`, lines);
}

/** The questions that were answered with no, or nothing if there are none. */
export function scorecardAlert({ data }) {
  const missed = data.questions_and_answers.filter((qa) => isYesNoAnswer(qa) && qa.answer === false);
  if (missed.length === 0) return undefined;
  const lines = missed.map(({ question_name, reasoning }) => {
    const because = reasoning ? ` (${plain(reasoning)})` : '';
    return `No: ${plain(question_name)}${because}`;
  });
  const { scorecard_name, target_object_name, target_object_id } = data;
  return message(`${plain(scorecard_name)} of ${plain(target_object_name)} ${plain(target_object_id)}`, lines);
}

/** Who answered a signal, and how. */
export function signalAlert({ data }) {
  const { signalSlug, objectType, objectId, userEmail, question, label } = data;
  const about = objectId === null ? '' : ` on ${plain(objectType ?? 'object')} ${plain(objectId)}`;
  const asked = question === null ? '' : `${plain(question)} `;
  return message(`Signal ${plain(signalSlug)}${about}`, [`${plain(userEmail)}: ${asked}${plain(label)}`]);
}

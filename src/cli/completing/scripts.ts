import type { CommandWords } from './command-words';

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** A script that completes the command's words in a shell. It names everything itself: completing starts no process. */
export function completionScript(shell: Shell, program: string, commands: readonly CommandWords[]): string {
  return scripts[shell](program, commands);
}

const scripts: Readonly<Record<Shell, (program: string, commands: readonly CommandWords[]) => string>> = {
  bash: forBash,
  zsh: forZsh,
  fish: forFish,
};

function forBash(program: string, commands: readonly CommandWords[]): string {
  const name = `_${program.replaceAll('-', '_')}`;
  const cases = commands.map(({ name: command, options, words, takesFiles }) => {
    const values = options.flatMap((option) =>
      option.values === undefined ? [] : [`        ${option.flags.join('|')}) ${reply(option.values)}; return ;;`],
    );
    const flags = options.flatMap((option) => option.flags);
    return [
      `    ${command})`,
      '      case "$previous" in',
      ...values,
      '      esac',
      `      if [[ "$current" == -* ]]; then ${reply([...flags, '--help'])}`,
      `      else ${reply(takesFiles ? [] : words.length > 0 ? words : ['--help'])}; fi ;;`,
    ].join('\n');
  });
  return `${name}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then ${reply([...commands.map((each) => each.name), 'help', '--help', '--version'])}; return; fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    help) ${reply(commands.map((each) => each.name))} ;;
  esac
}
complete -o default -F ${name} ${program}
`;
}

/** zsh runs the script of bash, once its own completion is on, which a new ~/.zshrc does not do. */
function forZsh(program: string, commands: readonly CommandWords[]): string {
  return `(( $+functions[compdef] )) || { autoload -U +X compinit && compinit; }
autoload -U +X bashcompinit && bashcompinit
${forBash(program, commands)}`;
}

/** Fills the reply; with no words it stays empty, and the shell offers files. */
function reply(words: readonly string[]): string {
  return words.length === 0 ? ':' : `COMPREPLY=($(compgen -W "${words.join(' ')}" -- "$current"))`;
}

function forFish(program: string, commands: readonly CommandWords[]): string {
  const lines = commands.flatMap(({ name, summary, options, words, takesFiles }) => {
    const within = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...(takesFiles ? [] : [`complete -c ${program} ${within} -f -a ${quoted(words.join(' '))}`]),
      ...options.map(({ flags, description, values }) => {
        const spelt = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
        const taken =
          values === undefined ? '' : ` -r${values.length === 0 ? '' : ` -f -a ${quoted(values.join(' '))}`}`;
        return `complete -c ${program} ${within} ${spelt.join(' ')}${taken} -d ${quoted(description)}`;
      }),
    ];
  });
  return `${lines.join('\n')}\n`;
}

/** One word of fish, where a backslash escapes in quotes, too. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

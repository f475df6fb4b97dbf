import { callTogether } from '../../foundations/call-together';
import type { Claim, ClaimedElsewhere } from '../../foundations/contracts/store';
import {
  type Row,
  readBoolean,
  readSomeRows,
  readText,
  readTexts,
  readWholeNumber,
} from '../../foundations/foreign-values';
import { isOfOneItem } from '../../foundations/postgres-answer';
import { isSerializationFailure } from '../../foundations/retried';
import { fromStored } from '../../foundations/stored-text';
import * as queries from './queries';

export type Claimed = Claim | ClaimedElsewhere | 'done';
/** Runs a statement. Resolves to its rows. */
export type Run = (text: string, values: unknown[]) => Promise<readonly Row[]>;

/** The steps that every delivery takes. */
export interface SharedSteps {
  readonly claim: (asked: AskedClaim) => Promise<Claimed>;
  readonly extend: (asked: AskedExtension) => Promise<boolean>;
  readonly complete: (asked: AskedCompletion) => Promise<boolean>;
  /** Claims nothing. It fails as a claim would: without the table, a column or a right, and on a replica. */
  readonly ping: () => Promise<void>;
}

interface Asked {
  readonly key: string;
  readonly token: string;
}
type AskedExtension = Asked & { readonly lease: number };
type AskedCompletion = Asked & { readonly ttl: number };
type AskedClaim = AskedExtension & AskedCompletion;

/** Another claim came or went meanwhile. A repeat may come at once. */
const goneMeanwhile: ClaimedElsewhere = { running: true, retryAfterMs: 1 };

/**
 * Steps of several deliveries in one statement, since each statement is a commit, and commits limit PostgreSQL.
 * Deliveries do not share failures: a step that PostgreSQL refuses, or that waits for a lock, is tried alone.
 */
export function sharedSteps(namespace: string, run: Run): SharedSteps {
  function rowsOf(text: string, asked: readonly Asked[]): Promise<readonly Row[]> {
    return run(text, [namespace, JSON.stringify(asked)]);
  }
  async function askClaims(asked: readonly AskedClaim[]): Promise<readonly Row[]> {
    const rows = readSomeRows(await rowsOf(queries.claim, asked), 'postgresStore.pool.query');
    return rows.filter(({ key }) => key !== null);
  }
  async function claimAll(asked: readonly AskedClaim[]): Promise<readonly Claimed[]> {
    const rows = byKey(await askClaims(asked));
    const missing = asked.filter(({ key }) => !rows.has(key));
    const refused = missing.length > 0 ? byKey(await rowsOf(queries.refusal, missing)) : rows;
    return asked.map(({ key, token }) => {
      const row = rows.get(key) ?? refused.get(key);
      if (row === undefined) return goneMeanwhile;
      return row['attempt'] === null ? readRefusal(row) : { token, ...readClaimed(row) };
    });
  }
  /** Whether each claim was held. A statement answers with the rows that it changed. */
  const held = (text: string) => async (asked: readonly Asked[]) => {
    const rows = byKey(await rowsOf(text, asked));
    return asked.map(({ key }) => rows.has(key) && readBoolean(rows.get(key)?.['held'], 'postgresStore.pool: held'));
  };
  const shared = { keyOf: ({ key }: Asked) => key, isTriedApart: isOfOneItem };
  const claim = callTogether<AskedClaim, Claimed>({ ...shared, call: claimAll });
  return {
    async claim(asked) {
      try {
        return await claim(asked);
      } catch (error) {
        if (isSerializationFailure(error)) return goneMeanwhile;
        throw error;
      }
    },
    extend: callTogether<AskedExtension, boolean>({ ...shared, call: held(queries.extend) }),
    complete: callTogether<AskedCompletion, boolean>({ ...shared, call: held(queries.complete) }),
    async ping() {
      await askClaims([]);
    },
  };
}

function byKey(rows: readonly Row[]): Map<string, Row> {
  return new Map(rows.map((row) => [readText(row['key'], 'postgresStore.pool: key'), row]));
}

function readClaimed({ attempt, succeeded }: Row): Omit<Claim, 'token'> {
  return {
    attempt: readWholeNumber(attempt, 'postgresStore.pool: attempt'),
    succeeded: readTexts(succeeded, 'postgresStore.pool: succeeded').map(fromStored),
  };
}

function readRefusal({ done, remaining }: Row): Claimed {
  if (readBoolean(done, 'postgresStore.pool: done')) return 'done';
  return { running: true, retryAfterMs: Math.max(1, readWholeNumber(remaining, 'postgresStore.pool: remaining')) };
}

import type { PostgresPool, PostgresPoolClient } from 'kysely';

/**
 * PostgreSQL's texts hold every character but NUL, and mails hold that too. A pool that writes U+FFFD in its place, also
 * inside arrays and as the escape of JSON, so that no mail can stop its own review.
 */
export function withoutNul(pool: PostgresPool): PostgresPool {
  return {
    async connect() {
      const client = await pool.connect();
      const query = (text: string, values: readonly unknown[]) => client.query(text, values.map(harmless));
      return { query: query as PostgresPoolClient['query'], release: () => client.release() };
    },
    end: () => pool.end(),
  };
}

function harmless(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll('\0', '\ufffd').replaceAll('\\u0000', '\\ufffd');
  return Array.isArray(value) ? value.map(harmless) : value;
}

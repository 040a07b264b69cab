import { rows, usage } from '@pact/db';
import { getTableColumns, sql } from 'drizzle-orm';
import type { Ctx } from './ctx.ts';

/** Days whose slots may still be written to: the day turns while a save is under way, and clocks differ. */
const OPEN_DAYS = 2;
/** Days of a key that one statement rolls up. */
const BATCH = 1_000;
/** Where a rolled-up day stands: no writer's slot. */
const ROLLED_UP = -1;

/** Everything that is counted, whatever is added to the table. */
const COUNTED = Object.values(getTableColumns(usage))
  .map(({ name }) => name)
  .filter((name) => !['workspace_id', 'key_id', 'day', 'slot'].includes(name));

/**
 * Puts a key's slots of a day that is over into one row; the sums stay. A late writer's slot is taken in by the next run.
 * @returns how many days of keys were rolled up.
 */
export async function rollUpUsage({ db, now }: Pick<Ctx, 'db' | 'now'>): Promise<number> {
  const openSince = new Date(now().getTime() - OPEN_DAYS * 24 * 60 * 60_000).toISOString().slice(0, 10);
  let total = 0;
  for (;;) {
    const done = await rollUpBatch(db, openSince);
    total += done;
    if (done < BATCH) return total;
  }
}

async function rollUpBatch(db: Ctx['db'], openSince: string): Promise<number> {
  const columns = sql.raw(COUNTED.join(', '));
  const sums = sql.raw(COUNTED.map((name) => `sum(${name})::bigint`).join(', '));
  const rolledUp = await rows<{ day: string }>(
    db,
    sql`with scattered as (
        select workspace_id, key_id, day from usage where day < ${openSince}::date
        group by workspace_id, key_id, day having count(*) > 1 or min(slot) > ${ROLLED_UP}::int limit ${BATCH}
      ), gone as (
        delete from usage u using scattered s
        where u.workspace_id = s.workspace_id and u.key_id = s.key_id and u.day = s.day returning u.*
      )
      insert into usage (workspace_id, key_id, day, slot, ${columns})
      select workspace_id, key_id, day, ${ROLLED_UP}::int, ${sums} from gone group by workspace_id, key_id, day
      returning day`,
  );
  return rolledUp.length;
}

import { Model } from 'objection'

/**
 * What the Objection models share. A model says what a table is (name, columns as `declare`, relations); what is done with
 * it are functions that take a transaction first.
 *
 * Two traps: columns are `declare`d, never initialised (a class field would overwrite what was read), and a `jsonb` column
 * that may hold an *array* must be in `jsonAttributes`, or `pg` sends a PostgreSQL array.
 */
export class BaseModel extends Model {
  /** `first()` asks for one row, not for all of them. */
  static override useLimitInFirst = true
}

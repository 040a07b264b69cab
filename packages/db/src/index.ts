export { connect, rows, statement } from './connect.ts';
export type { Connection, Database, Handles } from './database.ts';
export {
  DatabaseUnavailableError,
  DataDirLockedError,
  isUnavailable,
} from './failures.ts';
export * from './schema.ts';

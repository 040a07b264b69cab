export { type Connection, type ConnectOptions, connect, type Database, rows } from './connect.ts';
export {
  DatabaseUnavailableError,
  DataDirLockedError,
  isUnavailable,
  isUniqueViolation,
} from './failures.ts';
export * from './schema.ts';

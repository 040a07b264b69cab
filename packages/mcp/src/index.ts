export { type HttpOptions, type RunningHttp, serveHttp } from './http.ts';
export { Memory, type MemoryOptions } from './memory.ts';
export { createServer } from './server.ts';
export { serveStdio } from './stdio.ts';

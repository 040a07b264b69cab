import * as sdk from './dist/index.js';
import { exercise } from './exercise.mjs';

export default {
  fetch: async (request) =>
    request.method === 'POST'
      ? Response.json(await exercise(sdk, await request.json()))
      : new Response('ready'),
};

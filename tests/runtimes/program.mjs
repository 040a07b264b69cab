import * as sdk from './dist/index.js';
import { exercise } from './exercise.mjs';

// The key and the address come from the environment, where there is one.
console.log(JSON.stringify(await exercise(sdk, {})));

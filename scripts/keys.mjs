/** `npm run keys -- …`: API keys, for the operator. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { install, root } from './workspace.mjs';

install();
const { register } = await import(pathToFileURL(join(root, 'node_modules/tsx/dist/esm/api/index.mjs')).href);
register();
const { keysCommand } = await import(pathToFileURL(join(root, 'apps/api/src/keys-command.ts')).href);
const { output, errors, code } = await keysCommand(process.argv.slice(2), process.env);
process.stdout.write(output);
process.stderr.write(errors);
process.exitCode = code;

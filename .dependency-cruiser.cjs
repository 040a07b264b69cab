/** The floors: imports point down, through each package's one door. */
const to = (...folders) => `^(${folders.join('|')})/`;
const never = (name, comment, from, forbidden) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { path: forbidden },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'An import that is found by luck, or not at all.',
      severity: 'error',
      from: { path: to('packages', 'apps', 'bench') },
      to: { couldNotResolve: true, pathNot: '^next' },
    },
    never(
      'floor-0-stands-on-nothing',
      'db and models know neither each other nor anything above.',
      to('packages/db'),
      to('packages/models', 'packages/core', 'packages/sdk', 'apps', 'bench'),
    ),
    never(
      'models-stand-on-nothing',
      'Weights and inference are used by others; they use nobody.',
      to('packages/models'),
      to('packages/db', 'packages/core', 'packages/sdk', 'apps', 'bench'),
    ),
    never(
      'core-knows-no-door',
      'The domain knows no HTTP, no environment, no vendor.',
      to('packages/core'),
      '^(packages/sdk|apps|bench)/|node_modules/(fastify|@trpc|pino|pg-boss|ioredis|ai|@ai-sdk|@aws-sdk)',
    ),
    {
      ...never(
        'core-takes-models-through-its-ports',
        'The domain is handed its engines; only its tests name the built-in ones.',
        '^packages/core/src/',
        to('packages/models'),
      ),
      from: { path: '^packages/core/src/', pathNot: '\\.test\\.ts$|/testing\\.ts$' },
    },
    never(
      'the-sdk-knows-a-file',
      'The client shares no code with the server: it knows openapi.json.',
      to('packages/sdk'),
      to('packages/db', 'packages/models', 'packages/core', 'apps', 'bench'),
    ),
    {
      name: 'a-frameworks-package-is-a-client',
      comment: 'What PACT is to an agent framework it is through the TypeScript client alone.',
      severity: 'error',
      from: { path: '^packages/(langchain|ai-sdk)/' },
      to: { path: to('packages', 'apps', 'bench'), pathNot: '^packages/(sdk|$1)/' },
    },
    never(
      'the-mcp-server-is-a-client',
      'What agents are given speaks to PACT through the SDK alone.',
      '^packages/mcp/',
      to('packages/db', 'packages/models', 'packages/core', 'apps', 'bench'),
    ),
    never(
      'the-site-is-a-client',
      'The site reaches the product through the SDK, as everyone does.',
      '^apps/web/',
      to('packages/db', 'packages/models', 'packages/core', 'apps/api', 'bench'),
    ),
    {
      name: 'one-door',
      comment: 'A package is entered through its exports, not through its files.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/', pathNot: '^apps/api/' },
      to: { path: '^packages/[^/]+/src/(?!index\\.ts|testing\\.ts)', pathNot: '^packages/$2/' },
    },
    {
      name: 'the-api-uses-doors-too',
      severity: 'error',
      from: { path: '^apps/api/' },
      to: { path: '^packages/[^/]+/src/(?!index\\.ts|testing\\.ts)' },
    },
    never(
      'telemetry-is-loaded-when-asked-for',
      'Without an endpoint nothing of OpenTelemetry is loaded: its users stand behind one import that waits.',
      '^apps/api/src/(?!telemetry/(otlp|spans|metrics|logs|exporting)\\.ts)',
      'node_modules/@opentelemetry/',
    ),
    {
      name: 'routers-decide-nothing',
      comment: 'A router that touches the database or HTTP is in the wrong file.',
      severity: 'error',
      from: { path: '^apps/api/src/routers/' },
      to: { path: '^packages/db|node_modules/(drizzle-orm|fastify|pg)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(out|dist|\\.next|generated)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
};

/// <reference path="./.sst/platform/config.d.ts" />

/**
 * PACT on AWS. The infrastructure itself is not written yet: until it is, a deployment stops here and touches nothing.
 * What runs today is the same server with `DATABASE_URL` set, on any machine that has Node and PostgreSQL with pgvector.
 */
export default $config({
  app(input) {
    const isProduction = input.stage === 'production';
    return {
      name: 'pact',
      home: 'aws',
      removal: isProduction ? 'retain' : 'remove',
      protect: isProduction,
    };
  },
  async run() {
    throw new Error(
      'PACT cannot be deployed to AWS with this version yet: its infrastructure is not written.',
    );
  },
});

import type { LanguageModel } from 'ai';
import type { LlmEnv } from '../env.ts';

/** The configured model, ready to be called. Only the chosen vendor's package is loaded. */
export async function loadModel(env: LlmEnv): Promise<LanguageModel> {
  const baseURL = env.baseUrl === undefined ? {} : { baseURL: env.baseUrl };
  switch (env.provider) {
    case 'anthropic': {
      const { createAnthropic } = await import('@ai-sdk/anthropic');
      return createAnthropic({ apiKey: env.apiKey ?? '', ...baseURL })(env.model);
    }
    case 'openai': {
      const { createOpenAI } = await import('@ai-sdk/openai');
      // Chat completions: the one API that every compatible server speaks too, and that keeps nothing unless asked to.
      // A server of one's own may want no key; an empty one would let the SDK look for another in the environment.
      return createOpenAI({ apiKey: env.apiKey ?? 'none', ...baseURL }).chat(env.model);
    }
    case 'bedrock': {
      const [{ createAmazonBedrock }, { defaultProvider }] = await Promise.all([
        import('@ai-sdk/amazon-bedrock'),
        import('@aws-sdk/credential-provider-node'),
      ]);
      // The whole chain: on Fargate the credentials come from the task's role, which the SDK alone does not look at.
      const credentialProvider = defaultProvider();
      return createAmazonBedrock({ region: env.region!, credentialProvider, ...baseURL })(env.model);
    }
  }
}

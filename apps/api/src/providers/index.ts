import { EMOTIONS, type LanguageModel, type SpentTokens } from '@pact/core';
import { APICallError, generateText, NoObjectGeneratedError, Output } from 'ai';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { LlmEnv } from '../env.ts';
import { loadModel } from './models.ts';
import { emotionPrompt, summaryPrompt } from './prompts.ts';

/** What one call may take. */
const TIMEOUT_MS = 10_000;
/** How long a provider that failed is not asked again, unless it says longer itself; and the longest that is believed. */
const REST_MS = 30_000;
const MAX_REST_MS = 10 * 60_000;
/** Tokens that an answer may have beyond what was asked for: other tokenizers, and models that think first. */
const MARGIN_TOKENS = 1_000;
const TOKENS_A_READING = 40;

/** A language model behind core's port, with its state of health. */
export interface Provider extends LanguageModel {
  /** True for a while after a call failed; until then no call is made. */
  isResting(): boolean;
}

/** What a call failed of. It has no cause: the SDK's errors quote the request, and that is what people wrote. */
class ProviderError extends Error {
  override readonly name = 'ProviderError';
}

const Readings = z.object({
  readings: z.array(
    z.object({
      number: z.number(),
      emotion: z.enum(EMOTIONS),
      valence: z.number(),
      arousal: z.number(),
    }),
  ),
});

/** Makes the configured provider callable. Nothing is sent before the first question. */
export async function createProvider(
  env: LlmEnv,
  log: Pick<Logger, 'warn'>,
  { timeoutMs = TIMEOUT_MS, now = () => performance.now() }: { timeoutMs?: number; now?: () => number } = {},
): Promise<Provider> {
  // Its warnings go to the console and tell of settings that a model ignores, at every call.
  globalThis.AI_SDK_LOG_WARNINGS = false;
  const model = await loadModel(env);
  const name = `${env.provider}/${env.model}`;
  let restsUntil = Number.NEGATIVE_INFINITY;
  const ask = async <Answer>(
    call: (options: CallOptions) => Promise<Answer>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> => {
    if (now() < restsUntil) throw new ProviderError('The model provider failed a moment ago');
    try {
      return await within(timeoutMs, signal, (abortSignal) =>
        call({ model, abortSignal, temperature: 0, maxRetries: 0 }),
      );
    } catch (error) {
      if (signal?.aborted) throw new ProviderError('The call was given up');
      restsUntil = now() + restOf(error);
      log.warn({ model: name, ...kindOf(error) }, 'model provider failed; the built-in engines go on alone');
      throw new ProviderError('The model provider failed');
    }
  };
  return {
    name,
    isResting: () => now() < restsUntil,
    wordSummary: (input, signal) => ask((options) => wordSummary(options, input), signal),
    readEmotions: (messages, signal) => ask((options) => readEmotions(options, messages), signal),
  };
}

type CallOptions = Pick<
  Parameters<typeof generateText>[0],
  'model' | 'abortSignal' | 'temperature' | 'maxRetries'
>;

async function wordSummary(options: CallOptions, input: Parameters<LanguageModel['wordSummary']>[0]) {
  const prompt = summaryPrompt(input);
  const maxOutputTokens = 2 * input.maxTokens + MARGIN_TOKENS;
  const { text, finishReason, usage } = await generateText({ ...options, ...prompt, maxOutputTokens });
  // A text that ended for another reason is half a text.
  return { text: finishReason === 'stop' && text.trim() ? text : null, spent: spentOn(prompt, text, usage) };
}

async function readEmotions(options: CallOptions, messages: Parameters<LanguageModel['readEmotions']>[0]) {
  const prompt = emotionPrompt(messages);
  const maxOutputTokens = TOKENS_A_READING * messages.length + MARGIN_TOKENS;
  try {
    const { output, text, finishReason, usage } = await generateText({
      ...options,
      ...prompt,
      maxOutputTokens,
      output: Output.object({ schema: Readings }),
    });
    const readings = finishReason === 'stop' ? inOrder(output.readings, messages.length) : null;
    return { readings, spent: spentOn(prompt, text, usage) };
  } catch (error) {
    // It answered, with something else: paid for, of no use, and no reason to leave it alone.
    if (!NoObjectGeneratedError.isInstance(error)) throw error;
    return { readings: null, spent: spentOn(prompt, error.text ?? '', error.usage) };
  }
}

/** The readings by their numbers; null unless each number has one, within its range. */
function inOrder(readings: z.output<typeof Readings>['readings'], count: number) {
  const isShare = (value: number) => value >= 0 && value <= 1;
  const byNumber = new Map(readings.map((reading) => [reading.number, reading]));
  const ordered = Array.from({ length: count }, (_, at) => byNumber.get(at + 1));
  if (readings.length !== count) return null;
  return ordered.every((reading) => reading && isShare(reading.valence) && isShare(reading.arousal))
    ? ordered.map((reading) => reading!)
    : null;
}

/** As the provider counted; where it did not, four characters a token: a budget must not be free to pass. */
function spentOn(
  { system, prompt }: { system: string; prompt: string },
  answer: string,
  usage: { inputTokens: number | undefined; outputTokens: number | undefined } | undefined,
): SpentTokens {
  const counted = (tokens: number | undefined, characters: number) =>
    tokens !== undefined && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : Math.ceil(characters / 4);
  return {
    input: counted(usage?.inputTokens, system.length + prompt.length),
    output: counted(usage?.outputTokens, answer.length),
  };
}

/** Runs a call that ends with the caller's signal, or after a time, whatever it is waiting for. */
async function within<Answer>(
  timeoutMs: number,
  signal: AbortSignal | undefined,
  call: (signal: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const controller = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
  });
  const end = () => controller.abort(signal?.reason);
  const timer = setTimeout(
    () => controller.abort(new DOMException('The call took too long', 'TimeoutError')),
    timeoutMs,
  );
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    return await Promise.race([ended, call(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
}

/** How long to leave it alone: as it asks to with `Retry-After` in seconds, within bounds. */
function restOf(error: unknown): number {
  const asked = APICallError.isInstance(error) ? Number(error.responseHeaders?.['retry-after']) * 1_000 : 0;
  return Math.min(MAX_REST_MS, Math.max(REST_MS, Number.isFinite(asked) ? asked : 0));
}

/** What the log may know. */
function kindOf(error: unknown): { err: string; status?: number } {
  const err = error instanceof Error ? error.name : typeof error;
  const status = APICallError.isInstance(error) ? error.statusCode : undefined;
  return status === undefined ? { err } : { err, status };
}

import { EMOTIONS, type Emotion, GOEMOTIONS } from './labels.ts';
import { network } from './network.ts';
import { labelsOf, type Part } from './score.ts';
import type { Token } from './tokens.ts';

const MOST_WORDS = 5;
/** So many tokens of a part are left out in turn to see what becomes of the label; so many parts are looked at. */
const MOST_TRIED = 5;
const MOST_PARTS = 2;
/** A word with less than this share of the strongest one's evidence is left out. */
const WORD_FLOOR = 0.12;

/**
 * The tokens without which the label would be less likely, strongest first, with their shares of the evidence. Measured:
 * the network reads the text again without the token. Neutral has no evidence.
 */
export function evidence(parts: readonly Part[], emotion: Emotion): { token: Token; weight: number }[] {
  if (emotion === 'neutral') return [];
  const looked = [...parts].sort((a, b) => b.share - a.share).slice(0, MOST_PARTS);
  const found = looked.flatMap((part) => inPart(part, EMOTIONS.indexOf(emotion)));
  const sorted = found.sort((a, b) => b.weight - a.weight || a.token.start - b.token.start);
  const least = (sorted[0]?.weight ?? 0) * WORD_FLOOR;
  const kept = sorted.filter(({ weight }) => weight > 0 && weight >= least).slice(0, MOST_WORDS);
  const total = kept.reduce((sum, { weight }) => sum + weight, 0);
  return kept.map(({ token, weight }) => ({ token, weight: weight / total }));
}

function inPart({ tokens, share, probabilities }: Part, label: number): { token: Token; weight: number }[] {
  const net = network();
  net.attend(tokens);
  const before = logOdds(probabilities[label]!);
  const others = EMOTIONS.map((_, other) => GOEMOTIONS.length + other).filter((_, other) => other !== label);
  const pushes = net.pushes(GOEMOTIONS.length + label, others);
  const candidates = [...tokens.keys()]
    .filter((index) => tells(tokens[index]!))
    .sort((a, b) => pushes[b]! - pushes[a]! || a - b)
    .slice(0, MOST_TRIED);
  return candidates.map((index) => ({
    token: tokens[index]!,
    weight: share * (before - logOdds(labelsOf(net.without(index))[label]!)),
  }));
}

function tells(token: Token): boolean {
  const [key] = token.keys;
  return token.kind === 'word' || key === '<swear>' || key!.startsWith('em:') || /^[!?]/.test(key!);
}

function logOdds(probability: number): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, probability));
  return Math.log(bounded / (1 - bounded));
}

/** Joint weight at which an edge has half the strength that its share alone would give it. */
const HALF_KNOWN = 0.5;

/**
 * How strongly two nodes belong together, 0 to 1: the cosine of their mentions (Ochiai's coefficient, weighed), joint /
 * √(one · other), times joint / (joint + 0.5), so that two things met together once are not taken for inseparable.
 * Rises with what they share; falls with what either does without the other.
 * @param joint the sum of √(w₁ · w₂) over the messages that mention both; `one` and `other`, their weights.
 */
export function associationOf(joint: number, one: number, other: number): number {
  if (!(joint > 0 && one > 0 && other > 0)) return 0;
  return Math.min(1, joint / Math.sqrt(one * other)) * known(joint);
}

/**
 * How much of what is said of a thing carries an emotion, 0 to 1, with the same doubt about little: felt / weight times
 * felt / (felt + 0.5).
 * @param felt the sum of weight · confidence over the messages in which the emotion was read.
 */
export function evocationOf(felt: number, weight: number): number {
  if (!(felt > 0 && weight > 0)) return 0;
  return Math.min(1, felt / weight) * known(felt);
}

const known = (joint: number) => joint / (joint + HALF_KNOWN);

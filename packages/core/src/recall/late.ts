import type { Models } from '../ctx.ts';
import type { TurnIndex } from './turn-index.ts';
import { stemsOf, wordsOf } from './words.ts';

/** A query as the word pieces that tell something, each with its weight. */
export interface LateQuery {
  pieces: Uint16Array;
  weights: Float64Array;
}

/** Numbers that a piece can have: 16 bits. */
const PIECES = 65_536;

/**
 * Late interaction (Khattab and Zaharia, 2020) over a static table: each piece of the query looks for its nearest piece in
 * a turn, rare pieces count more. Finds "kickboxing" for "martial arts", which neither words nor whole vectors do.
 */
export function lateQuery(models: Models, index: TurnIndex, masked: string): LateQuery {
  const telling = wordsOf(masked).filter((word) => stemsOf([word]).length > 0);
  const pieces = models.embeddingPieces(telling.join(' '));
  // All pieces are counted, not only the query's: adding to an array is quicker than asking a map each time.
  const turns = new Int32Array(PIECES);
  const end = index.length === 0 ? 0 : index.pieceEnds[index.length - 1]!;
  for (let at = 0; at < end; at += 1) turns[index.pieces[at]!]! += 1;
  const weights = Float64Array.from(pieces, (piece) => Math.log(1 + index.length / (turns[piece]! + 1)));
  const mass = weights.reduce((sum, weight) => sum + weight, 0);
  return { pieces, weights: weights.map((weight) => (mass > 0 ? weight / mass : 0)) };
}

/** How near a turn's pieces come to each of the query's: 0 to 1. Remembers turns, so ask about many with one of these. */
export function nearness(models: Models, index: TurnIndex, query: LateQuery): (turn: number) => number {
  const near = Array.from(query.pieces, (piece) => models.nearPiece(piece));
  const values = new Map<number, number>();
  const read = (turn: number) => {
    const inTurn = index.piecesAt(turn);
    let sum = 0;
    for (const [position, nearTo] of near.entries()) {
      let best = 0;
      for (let i = 0; i < inTurn.length; i += 1) {
        const similarity = nearTo(inTurn[i]!);
        if (similarity > best) best = similarity;
      }
      sum += query.weights[position]! * best;
    }
    return sum;
  };
  return (turn) => {
    const value = values.get(turn) ?? read(turn);
    values.set(turn, value);
    return value;
  };
}

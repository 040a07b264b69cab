import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A conversation with questions about it, whatever file it came from. */
export interface Dialogue {
  id: string;
  kind: 'people' | 'assistant';
  turns: DialogueTurn[];
  questions: DialogueQuestion[];
  /** What a configured model makes of turns and questions: unit vectors, in their order. */
  meanings?: { model: string; turns: Float32Array[]; questions: Float32Array[] };
}

export interface DialogueTurn {
  id: string;
  speaker: string;
  text: string;
  at: Date;
}

export interface DialogueQuestion {
  text: string;
  kind: string;
  /** `hard`: written to avoid the words of the evidence, as a check. Weights are learned on the others. */
  isHard: boolean;
  answer: string;
  /** Positions of all turns that carry the answer. */
  evidence: number[];
}

const OWN = new URL('../conversations/', import.meta.url);
const LOCOMO_KINDS: Record<number, string> = { 1: 'multi', 2: 'temporal', 3: 'open', 4: 'single' };

/** The conversations written for PACT. Format: `bench/conversations/README.md`. */
export function ownDialogues(): Dialogue[] {
  return readdirSync(OWN)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => parseOwn(name, readFileSync(new URL(name, OWN), 'utf8')));
}

function parseOwn(name: string, file: string): Dialogue {
  const dialogue: Dialogue = {
    id: name.replace('.txt', ''),
    kind: name.startsWith('people') ? 'people' : 'assistant',
    turns: [],
    questions: [],
  };
  const positions = new Map<string, number>();
  let day = new Date(0);
  let isHard = false;
  for (const line of file.split('\n').filter((each) => each.trim() !== '')) {
    const parts = line.split(' | ');
    if (line.startsWith('## ')) day = new Date(`${line.slice(3).trim().replace(' ', 'T')}:00Z`);
    else if (line.startsWith('# ')) isHard = line.startsWith('# hard');
    else if (/^D\d+:\d+$/.test(parts[0]!)) {
      const [id, speaker, text] = parts as [string, string, string];
      positions.set(id, dialogue.turns.length);
      const at = new Date(day.getTime() + 60_000 * Number(id.split(':')[1]));
      dialogue.turns.push({ id, speaker: speaker.trim(), text: text.replaceAll('\\n', '\n'), at });
    } else {
      const [kind, text, answer, ids] = parts as [string, string, string, string];
      const evidence = ids
        .trim()
        .split(/\s+/)
        .map((id) => position(positions, id, name));
      dialogue.questions.push({ kind, text, answer, evidence, isHard });
    }
  }
  return dialogue;
}

function position(positions: Map<string, number>, id: string, file: string): number {
  const found = positions.get(id);
  if (found === undefined) throw new Error(`${file}: there is no turn ${id}`);
  return found;
}

interface LocomoTurn {
  speaker: string;
  dia_id: string;
  text: string;
  blip_caption?: string;
}

/** LoCoMo as its authors publish it: to measure on, never to learn shipped weights from. Category 5 has no answer. */
export function locomoDialogues(folder: string): Dialogue[] {
  const file = JSON.parse(readFileSync(join(folder, 'locomo/locomo-0-4.json'), 'utf8')) as {
    sample_id: string;
    conversation: Record<string, unknown>;
    qa: { question: string; answer: unknown; evidence: string[]; category: number }[];
  }[];
  return file.map(({ sample_id, conversation, qa }) => {
    const turns = locomoTurns(conversation);
    const positions = new Map(turns.map(({ id }, index) => [id, index]));
    const questions = qa.flatMap(({ question, answer, evidence, category }) => {
      const found = evidence.flatMap((ids) => ids.split(/[;,\s]+/)).flatMap((id) => positions.get(id) ?? []);
      const kind = LOCOMO_KINDS[category];
      if (kind === undefined || found.length === 0) return [];
      return [{ text: question, kind, answer: String(answer), evidence: [...new Set(found)], isHard: false }];
    });
    return { id: sample_id, kind: 'people' as const, turns, questions };
  });
}

function locomoTurns(conversation: Record<string, unknown>): DialogueTurn[] {
  const turns: DialogueTurn[] = [];
  for (let number = 1; Array.isArray(conversation[`session_${number}`]); number += 1) {
    const day = locomoDate(String(conversation[`session_${number}_date_time`]));
    for (const [index, turn] of (conversation[`session_${number}`] as LocomoTurn[]).entries()) {
      const image = turn.blip_caption ? ` [image: ${turn.blip_caption}]` : '';
      const at = new Date(day.getTime() + index * 60_000);
      turns.push({ id: turn.dia_id, speaker: turn.speaker, text: turn.text + image, at });
    }
  }
  return turns;
}

/** "1:56 pm on 8 May, 2023" */
function locomoDate(text: string): Date {
  const [, hour, minute, half, day] = /(\d+):(\d+) (am|pm) on (.+)/.exec(text)!;
  const hours = (Number(hour) % 12) + (half === 'pm' ? 12 : 0);
  return new Date(`${day!.replace(',', '')} ${hours}:${minute} UTC`);
}

import { readFileSync } from 'node:fs';
import { conceptKey } from '@pact/models';

/** Something that a person would name in a message. */
export interface Gold {
  kind: 'topic' | 'entity';
  /** Keys under which it is right. */
  keys: string[];
  /** The entity's type, where there is no doubt. */
  type?: string;
  /** May be named or not. */
  isOptional: boolean;
}

export interface LabelledMessage {
  text: string;
  gold: Gold[];
}

export type Half = 'development' | 'frozen';

/** The messages of one half of the set. */
export function readMessages(half: Half): LabelledMessage[] {
  const file = readFileSync(new URL(`${half}.tsv`, import.meta.url), 'utf8');
  return file
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [text = '', topics = '', entities = ''] = line.split('\t');
      return {
        text: text.replaceAll('\\n', '\n'),
        gold: [...itemsOf(topics, 'topic'), ...itemsOf(entities, 'entity')],
      };
    });
}

function itemsOf(column: string, kind: Gold['kind']): Gold[] {
  return column
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '' && item !== '-')
    .map((item) => {
      const [, mark, type, names = ''] = /^(\?)?(?:(\w+)=)?(.*)$/.exec(item)!;
      const keys = names.split('|').map(conceptKey);
      return { kind, keys, ...(type ? { type } : {}), isOptional: mark === '?' };
    });
}

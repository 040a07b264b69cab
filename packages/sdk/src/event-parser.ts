/** What stood between two blank lines of an event stream. */
export interface Block {
  event: string;
  /** Undefined where there is none: a heartbeat, or a place to come back to. */
  data: string | undefined;
  id: string | undefined;
  /** How long to wait before connecting again, in milliseconds. */
  retryMs: number | undefined;
}

const emptyBlock = (): Block => ({ event: 'message', data: undefined, id: undefined, retryMs: undefined });

/**
 * Reads the text of an event stream, chunk by chunk, into blocks. A block that was not finished is not given: what it said
 * comes again on the next connection.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function createEventParser(): (chunk: string) => Block[] {
  let rest = '';
  let block = emptyBlock();
  return (chunk) => {
    // A carriage return at the end may be half of a line's end.
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    const blocks: Block[] = [];
    for (const line of lines) {
      if (line !== '') readLine(block, line);
      else {
        blocks.push(block);
        block = emptyBlock();
      }
    }
    return blocks;
  };
}

function readLine(block: Block, line: string): void {
  const colon = line.indexOf(':');
  const field = colon < 0 ? line : line.slice(0, colon);
  const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
  if (field === 'data') block.data = block.data === undefined ? value : `${block.data}\n${value}`;
  else if (field === 'event') block.event = value;
  else if (field === 'id' && !value.includes('\0')) block.id = value;
  else if (field === 'retry' && /^\d+$/.test(value)) block.retryMs = Number(value);
}

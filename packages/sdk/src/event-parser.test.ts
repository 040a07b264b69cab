import { expect, test } from 'vitest';
import { createEventParser } from './event-parser.ts';

const TEXT =
  ': hello\r\n\r\nretry: 1000\nid: 1\n\nevent: a\rid: 2\rdata: {"x":\rdata:1}\r\rid\ndata\n\nevent: b\ndata: cut';
const BLOCKS = [
  { event: 'message', data: undefined, id: undefined, retryMs: undefined },
  { event: 'message', data: undefined, id: '1', retryMs: 1000 },
  { event: 'a', data: '{"x":\n1}', id: '2', retryMs: undefined },
  { event: 'message', data: '', id: '', retryMs: undefined },
];

test('blocks are read whatever ends their lines; one that was not finished is not given', () => {
  expect(createEventParser()(TEXT)).toEqual(BLOCKS);
});

test('it does not matter where a stream is cut into chunks', () => {
  for (let size = 1; size <= TEXT.length; size++) {
    const parse = createEventParser();
    const chunks = Array.from({ length: Math.ceil(TEXT.length / size) }, (_, at) =>
      TEXT.slice(at * size, (at + 1) * size),
    );
    expect(chunks.flatMap(parse), `${size} characters a chunk`).toEqual(BLOCKS);
  }
});

test('fields that mean nothing are passed over', () => {
  expect(createEventParser()('retry: soon\nid: a\0b\nnoise: 1\ndata: x\n\n')).toEqual([
    { event: 'message', data: 'x', id: undefined, retryMs: undefined },
  ]);
});

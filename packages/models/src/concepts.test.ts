import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conceptKey, extractConcepts, splitSentences } from './concepts.ts';

/** Text, concepts that must be found, concepts that must not; `Name` in capitals of its own means an entity. */
type Row = [text: string, wanted: string[], unwanted?: string[]];

const entity = (name: string) => `entity ${conceptKey(name)}`;
const topic = (name: string) => `topic ${conceptKey(name)}`;
const found = (text: string) => extractConcepts(text).map((concept) => `${concept.kind} ${concept.key}`);

const ROWS: Row[] = [
  [
    'i need to cancel my flight to lisbon next tuesday',
    [topic('flight'), entity('Lisbon')],
    [topic('tuesday')],
  ],
  [
    'The invoices from March were charged twice on my credit card',
    [topic('invoice'), topic('credit card')],
    [entity('March')],
  ],
  [
    'Can you check whether my subscription renewed? I got billed by Netflix again.',
    [topic('subscription'), entity('Netflix')],
    [topic('check')],
  ],
  [
    'please refund the march payment, invoice INV-2031',
    [topic('payment'), topic('invoice'), entity('INV-2031')],
    [topic('march payment')],
  ],
  [
    'flight from boston to san francisco got cancelled and they wont give me a refund',
    [entity('Boston'), entity('San Francisco'), topic('refund')],
  ],
  [
    "My mom's blood pressure medication was changed by Dr. Chen at St. Mary's Hospital.",
    [topic('mom'), topic('blood pressure'), entity('Dr. Chen'), entity("St. Mary's Hospital")],
  ],
  [
    'can u fix the login page bug in the react app',
    [topic('login page bug'), topic('react app')],
    [topic('fix'), topic('u')],
  ],
  [
    'We use Stripe for payments and AWS for hosting.',
    [entity('Stripe'), entity('AWS'), topic('payment')],
    [entity('We')],
  ],
  [
    'Samantha Lee wants the machine learning meetings moved; Samantha is in New York',
    [entity('Samantha Lee'), topic('machine learning'), entity('New York')],
    [entity('Samantha')],
  ],
  [
    "book a table for two at la trattoria for my wife's birthday",
    [topic('wife'), topic('birthday')],
    [topic('book'), topic('table for two')],
  ],
  [
    'The postgres migration fails on staging and the ci pipeline is red',
    [entity('Postgres'), topic('migration'), topic('CI pipeline')],
  ],
  [
    'Planning a trip to Japan in the spring with my kids',
    [entity('Japan'), topic('trip'), topic('kid')],
    [entity('Planning'), topic('planning')],
  ],
  ['WHY IS MY ORDER STILL NOT HERE', [topic('order')], [entity('WHY'), entity('HERE')]],
  ["I'm allergic to peanuts and shellfish", [topic('peanut'), topic('shellfish')], [entity("I'm")]],
  ['Our Q3 roadmap slipped because Priya left', [topic('roadmap'), entity('Priya')]],
  [
    'need a gluten-free pasta recipe for tonight, no mushrooms',
    [topic('gluten-free pasta recipe'), topic('mushroom')],
    [topic('tonight'), topic('need')],
  ],
  [
    'My daughter Emma started kindergarten at Lincoln Elementary in Austin.',
    [topic('daughter'), entity('Emma'), entity('Lincoln Elementary'), entity('Austin')],
  ],
  [
    "Let's move the standup to 10am and tell Priya and Marcus about the sprint review",
    [topic('standup'), entity('Priya'), entity('Marcus'), topic('sprint review')],
    [topic('move'), topic('10am')],
  ],
  [
    "I've been training for the Boston Marathon since January",
    [entity('Boston Marathon')],
    [entity('January'), entity('Boston')],
  ],
  [
    'Migraines again. The neurologist put me on topiramate.',
    [topic('migraine'), topic('neurologist'), topic('topiramate')],
    [entity('Migraines')],
  ],
  [
    "We're deploying the payments service to Kubernetes with Terraform",
    [topic('payment service'), entity('Kubernetes'), entity('Terraform')],
  ],
  [
    'The unit tests for the auth module are flaky',
    [topic('unit test'), topic('auth module')],
    [topic('flaky')],
  ],
  [
    "Grandma's funeral is on Friday, I don't know what to wear",
    [topic('grandma'), topic('funeral')],
    [entity('Friday'), topic('friday')],
  ],
  ['Our landlord is raising the rent', [topic('landlord'), topic('rent')]],
  ['i got a new job at spotify!!', [topic('job'), entity('Spotify')], [topic('new job')]],
  ['My sourdough starter died :(', [topic('sourdough starter')]],
  ['The PR for the caching layer needs review by Tom', [topic('PR'), topic('caching layer'), entity('Tom')]],
  ['Please summarize report.pdf for the board meeting', [entity('report.pdf'), topic('board meeting')]],
  [
    'Planning our wedding in Tuscany next summer; venue deposit due',
    [topic('wedding'), entity('Tuscany'), topic('venue deposit')],
    [topic('summer')],
  ],
  ["What's the capital of Australia?", [entity('Australia'), topic('capital')]],
  ['My 401k and mortgage are stressing me out', [topic('mortgage')], [topic('401k')]],
  [
    '**Goals**\n- learn Spanish\n- run a half marathon\n- read more books',
    [entity('Spanish'), topic('marathon'), topic('book')],
    [topic('run')],
  ],
  [
    'The thing is, I have a lot of stuff to do today and no time',
    [],
    [topic('thing'), topic('lot'), topic('stuff'), topic('time'), topic('today')],
  ],
  [
    'Bank of America froze my account after a wire transfer to Vincent van Gogh',
    [entity('Bank of America'), topic('account'), entity('Vincent van Gogh')],
    [entity('America')],
  ],
  [
    'Hey Sam, did Alice talk to Bob at Acme Corp about the merger?',
    [entity('Sam'), entity('Alice'), entity('Bob'), entity('Acme Corp'), topic('merger')],
    [entity('Hey Sam')],
  ],
  [
    'The Eiffel Tower was amazing, we had croissants every morning',
    [entity('Eiffel Tower'), topic('croissant')],
    [topic('morning')],
  ],
  ['I feel anxious about my thesis defense', [topic('thesis defense')]],
  [
    "My dog Biscuit has a vet appointment, he's limping",
    [topic('dog'), entity('Biscuit'), topic('vet appointment')],
  ],
  [
    'lol ok thx 😂 #machinelearning @sam_k sam@acme.io https://github.com/foo/bar?x=1',
    [entity('#machinelearning'), entity('@sam_k'), entity('sam@acme.io'), entity('github.com')],
    [topic('lol'), topic('thx')],
  ],
  [
    'Hi there! Good morning, how are you? Thanks so much.',
    [],
    [topic('morning'), topic('thank'), entity('Hi'), entity('Thanks')],
  ],
  ['the way it works is kind of a mystery to me', [topic('mystery')], [topic('way'), topic('kind')]],
  [
    'Could you remind me to call the dentist about my root canal',
    [topic('dentist'), topic('root canal')],
    [topic('call')],
  ],
  [
    'My therapist suggested meditation for the panic attacks',
    [topic('therapist'), topic('meditation'), topic('panic attack')],
  ],
  [
    'our checkout conversion rate dropped after the pricing page redesign',
    [topic('checkout conversion'), topic('pricing page')],
  ],
  [
    'Maria and I are moving to Porto because of her residency',
    [entity('Maria'), entity('Porto'), topic('residency')],
  ],
  [
    'Kubernetes keeps restarting the pods and Grafana shows a memory leak',
    [entity('Kubernetes'), topic('pod'), entity('Grafana'), topic('memory leak')],
  ],
  ['my son has a peanut allergy and asthma', [topic('son'), topic('peanut allergy'), topic('asthma')]],
  [
    'the customer support team ignored three emails about the damaged package',
    [topic('customer support'), topic('email'), topic('package')],
  ],
  ['how long do i boil eggs for ramen', [topic('egg'), topic('ramen')]],
  [
    'I lost my passport at Heathrow and the embassy is closed',
    [topic('passport'), entity('Heathrow'), topic('embassy')],
  ],
  [
    'Write a cover letter for a data engineer position at Shopify',
    [topic('cover letter'), topic('data engineer'), entity('Shopify')],
    [topic('write')],
  ],
  ['Remember that I prefer oat milk in my coffee', [topic('oat milk'), topic('coffee')]],
];

describe('extractConcepts', () => {
  it.each<Row>(ROWS)('names what a person would: %s', (text, wanted, unwanted = []) => {
    const concepts = found(text);
    expect(concepts).toEqual(expect.arrayContaining([...wanted]));
    expect(concepts.filter((concept) => unwanted.includes(concept))).toEqual([]);
  });

  it('merges plural and singular under one key and keeps the written names', () => {
    const meeting = extractConcepts(
      'Too many meetings. That meeting was long, and meetings eat my focus.',
    ).find((concept) => concept.key === 'meeting');
    expect(meeting).toMatchObject({ kind: 'topic', name: 'meetings', aliases: ['meeting'] });
  });

  it('joins a first name to the one full name of the text, and to neither of two', () => {
    expect(
      extractConcepts('I met Samantha Lee. Then Samantha called.').map(({ name, aliases }) => [
        name,
        aliases,
      ]),
    ).toEqual([['Samantha Lee', ['Samantha']]]);
    expect(found('I met Samantha Lee and Samantha Fox, and Samantha called.')).toContain('entity samantha');
  });

  it('reads no code, no log and no identifiers', () => {
    const code = 'The deploy script hangs:\n```ts\nconst invoiceTotal = banana.peel(mango);\n```\nany idea?';
    expect(found(code)).toEqual(['topic deploy script']);
    const log =
      '2024-05-01T10:00:00Z ERROR PaymentGateway timeout banana\n[INFO] mango started\nnpm ERR! papaya';
    expect(found(log)).toEqual([]);
    const unclosed = 'my parser is broken\n```\nlet banana = 1';
    expect(found(unclosed)).toEqual(['topic parser']);
    expect(found('getUserName calls user_repo.find_all() in src/users/list.ts and throws')).toEqual([]);
  });

  it('gives at most 12 concepts, strongest first, with weights in 0..1 and one of each kind and key', () => {
    const names =
      'Anna Boris Chloe Dmitri Elena Farid Greta Hiroshi Ingrid Javier Kofi Leila Mateo Nadia Olga Pedro';
    const concepts = extractConcepts(
      names
        .split(' ')
        .map((name) => `yesterday I met ${name}.`)
        .join(' '),
    );
    expect(concepts).toHaveLength(12);
    expect(concepts.map(({ weight }) => weight)).toEqual(
      concepts.map(({ weight }) => weight).sort((a, b) => b - a),
    );
  });

  it('ranks what is repeated above what is said once', () => {
    const [first] = extractConcepts(
      'The mortgage again. My mortgage rate, the mortgage bank, and a croissant. Mortgage!',
    );
    expect(first?.key).toBe('mortgage');
  });

  it.each([
    '',
    ' ',
    'a',
    '?',
    '😂😂😂',
    '\ud800 lone \udc00',
    '\u202eevil\u202c \u200bzero\u200dwidth',
    '\u0000\u0007bell',
    '今天天气很好，我想订机票',
    'мой рейс отменили',
    'x'.repeat(1_000_000),
    '```'.repeat(5_000),
    '('.repeat(5_000),
    'a.'.repeat(5_000),
    'A '.repeat(5_000),
    '[a]('.repeat(2_000),
    '@'.repeat(5_000),
    '.'.repeat(5_000),
    'https://'.repeat(900),
    '\n'.repeat(5_000),
  ])('survives odd text %#', (text) => {
    expect(extractConcepts(text).length).toBeLessThanOrEqual(12);
  });

  it('never throws, is deterministic and well-formed on any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const concepts = extractConcepts(text);
        expect(extractConcepts(text)).toEqual(concepts);
        expect(new Set(concepts.map(({ kind, key }) => `${kind} ${key}`)).size).toBe(concepts.length);
        for (const { key, name, weight } of concepts) {
          expect(key).not.toBe('');
          expect(conceptKey(name)).toBe(key);
          expect(weight).toBeGreaterThan(0);
          expect(weight).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('reads only the first 4,000 and the last 1,000 units', () => {
    const filler = 'and so on and on it went. '.repeat(400);
    const concepts = found(`My mortgage. ${filler} A croissant. ${filler} My passport.`);
    expect(concepts).toEqual(expect.arrayContaining(['topic mortgage', 'topic passport']));
    expect(concepts).not.toContain('topic croissant');
  });
});

describe('conceptKey', () => {
  it.each([
    ['Meetings', 'meeting'],
    ['Machine-Learning', 'machine learning'],
    ["mom's", 'mom'],
    ['São Paulo', 'sao paulo'],
    ['Categories', 'category'],
    ['boxes', 'box'],
    ['children', 'child'],
    ['analysis', 'analysis'],
    ['diabetes', 'diabetes'],
    ['Kubernetes', 'kubernetes'],
    ['houses', 'house'],
    ['potatoes', 'potato'],
    ['addresses', 'address'],
    ['#AI', '#ai'],
    ['Sam@Acme.io', 'sam@acme.io'],
    ['C++', 'c++'],
    ['   ', ''],
  ])('%s is %s', (name, key) => {
    expect(conceptKey(name)).toBe(key);
  });

  it('is its own normal form', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        expect(conceptKey(conceptKey(name))).toBe(conceptKey(name));
      }),
    );
  });
});

describe('splitSentences', () => {
  it.each<[string, string[]]>([
    ['I met Dr. Chen at 3 p.m. today. She was kind!', ['I met Dr. Chen at 3 p.m. today.', 'She was kind!']],
    ['Version 2.5 is out. Wait... what? Yes.', ['Version 2.5 is out.', 'Wait... what?', 'Yes.']],
    ['- eggs\n- milk\n\nThat is\nall', ['- eggs', '- milk', 'That is\nall'.replace('\n', ' ')]],
    ['今日は。元気？はい', ['今日は。', '元気？', 'はい']],
    ['He said "stop." Then he left.', ['He said "stop."', 'Then he left.']],
    ['', []],
    [' \n ', []],
  ])('%j', (text, sentences) => {
    expect(splitSentences(text)).toEqual(sentences);
  });

  it('keeps every character but white space, in order, in trimmed sentences of at most 600', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
        const sentences = splitSentences(text);
        expect(sentences.join('').replace(/\s/g, '')).toBe(text.replace(/[\s\u0085]/g, ''));
        for (const sentence of sentences) {
          expect(sentence).toBe(sentence.trim());
          expect(sentence.length).toBeGreaterThan(0);
          expect(sentence.length).toBeLessThanOrEqual(600);
        }
      }),
    );
  });

  it('cuts a megabyte without an end into bounded parts', () => {
    expect(splitSentences('x'.repeat(1_000_000)).length).toBe(Math.ceil(1_000_000 / 600));
    expect(splitSentences('a. '.repeat(300_000)).length).toBeGreaterThan(1);
    expect(splitSentences('.'.repeat(1_000_000)).join('').length).toBe(1_000_000);
  });
});

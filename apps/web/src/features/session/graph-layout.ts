/** Places the nodes of a memory graph: forces, a fixed number of steps, no chance. Pure. */

export interface LayoutNode {
  id: string;
  /** 0 to 1: an important node holds others further off, and lies nearer to the middle. */
  importance: number;
}

export interface LayoutEdge {
  from: string;
  to: string;
  weight: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Place {
  x: number;
  y: number;
}

const STEPS = 260;
/** The angle by which a sunflower turns from seed to seed: no two start in one place, and none is drawn by lot. */
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));
const MARGIN = 30;
/** The pull to the middle, which holds islands near the rest. */
const GRAVITY = 0.9;
/** Pixels between the middles of two nodes, and the rounds in which those that are nearer make room. */
const CLEARANCE = 24;
const ROUNDS = 30;

interface Body extends Place {
  dx: number;
  dy: number;
  importance: number;
}

/** A place inside the size for every node, the same for the same graph. Edges to nodes that are not there pull nothing. */
export function layoutGraph(nodes: LayoutNode[], edges: LayoutEdge[], size: Size): Map<string, Place> {
  const bodies = new Map(nodes.map((node, index) => [node.id, seed(node, index)]));
  const list = [...bodies.values()];
  const springs = springsOf(bodies, edges);
  for (let step = 0; step < STEPS; step++) {
    repel(list);
    for (const spring of springs) attract(spring);
    settle(list, 0.6 * (1 - step / STEPS));
  }
  fit(list, size);
  for (let round = 0; round < ROUNDS; round++) makeRoom(list, size);
  return new Map([...bodies].map(([id, { x, y }]) => [id, { x, y }]));
}

/** Distances are counted in ideal lengths of an edge. */
function seed({ importance }: LayoutNode, index: number): Body {
  const radius = 0.7 * Math.sqrt(index + 0.5);
  const angle = index * GOLDEN_ANGLE;
  return { x: radius * Math.cos(angle), y: radius * Math.sin(angle), dx: 0, dy: 0, importance };
}

interface Spring {
  from: Body;
  to: Body;
  strength: number;
}

function springsOf(bodies: Map<string, Body>, edges: LayoutEdge[]): Spring[] {
  const known = edges.filter(({ from, to }) => from !== to && bodies.has(from) && bodies.has(to));
  const degrees = new Map<string, number>();
  for (const end of known.flatMap(({ from, to }) => [from, to]))
    degrees.set(end, (degrees.get(end) ?? 0) + 1);
  const heaviest = known.reduce((most, { weight }) => Math.max(most, weight), 0) || 1;
  return known.map(({ from, to, weight }) => {
    // A hub's many edges share its strength: it does not draw everything into one lump.
    const share = 1 / Math.sqrt(Math.min(degrees.get(from)!, degrees.get(to)!));
    const strength = share * (0.5 + 0.5 * (Math.max(0, weight) / heaviest));
    return { from: bodies.get(from)!, to: bodies.get(to)!, strength };
  });
}

function repel(bodies: Body[]): void {
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i]!;
    for (let j = i + 1; j < bodies.length; j++) {
      const b = bodies[j]!;
      const x = a.x - b.x;
      const y = a.y - b.y;
      const force = (1 + a.importance + b.importance) / Math.max(x * x + y * y, 1e-4);
      a.dx += x * force;
      a.dy += y * force;
      b.dx -= x * force;
      b.dy -= y * force;
    }
  }
}

function attract({ from, to, strength }: Spring): void {
  const x = to.x - from.x;
  const y = to.y - from.y;
  const distance = Math.hypot(x, y) || 1e-4;
  const force = (strength * 4 * (distance - 1)) / distance;
  from.dx += x * force;
  from.dy += y * force;
  to.dx -= x * force;
  to.dy -= y * force;
}

/** Moves every body along its forces, no further than the heat allows. */
function settle(bodies: Body[], heat: number): void {
  for (const body of bodies) {
    const pull = GRAVITY * (0.6 + body.importance);
    const dx = 0.1 * (body.dx - body.x * pull);
    const dy = 0.1 * (body.dy - body.y * pull);
    const length = Math.hypot(dx, dy) || 1;
    const reach = Math.min(length, heat);
    body.x += (dx / length) * reach;
    body.y += (dy / length) * reach;
    body.dx = 0;
    body.dy = 0;
  }
}

/** Stretches what came out over the picture, each direction on its own. */
function fit(bodies: Body[], { width, height }: Size): void {
  const across = spanOf(bodies.map(({ x }) => x));
  const down = spanOf(bodies.map(({ y }) => y));
  const place = (value: number, { low, length }: Span, room: number) =>
    length < 1e-9 ? room / 2 : MARGIN + ((value - low) / length) * (room - 2 * MARGIN);
  for (const body of bodies) {
    body.x = place(body.x, across, width);
    body.y = place(body.y, down, height);
  }
}

interface Span {
  low: number;
  length: number;
}

function spanOf(values: number[]): Span {
  const low = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  return { low, length: high - low };
}

/** Pushes apart what lies on each other, within the picture. */
function makeRoom(bodies: Body[], { width, height }: Size): void {
  for (let i = 0; i < bodies.length; i++) {
    const a = bodies[i]!;
    for (let j = i + 1; j < bodies.length; j++) {
      const b = bodies[j]!;
      const x = a.x - b.x;
      const y = a.y - b.y;
      const distance = Math.hypot(x, y) || 1e-4;
      if (distance >= CLEARANCE) continue;
      const push = (CLEARANCE - distance) / (2 * distance);
      a.x += x * push;
      a.y += y * push;
      b.x -= x * push;
      b.y -= y * push;
    }
  }
  for (const body of bodies) {
    body.x = Math.min(Math.max(body.x, MARGIN / 2), width - MARGIN / 2);
    body.y = Math.min(Math.max(body.y, MARGIN / 2), height - MARGIN / 2);
  }
}

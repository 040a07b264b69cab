import type { Plan } from '@pact/core';

/** Requests that a plan allows in a window. */
export interface Window {
  seconds: number;
  requests: number;
}

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Shortest first. A plan without a window of some length is not limited in it. */
export const PLAN_WINDOWS: Record<Plan, readonly Window[]> = {
  free: [
    { seconds: MINUTE, requests: 10 },
    { seconds: HOUR, requests: 100 },
    { seconds: DAY, requests: 1_000 },
  ],
  starter: [
    { seconds: MINUTE, requests: 60 },
    { seconds: HOUR, requests: 1_000 },
    { seconds: DAY, requests: 10_000 },
  ],
  pro: [
    { seconds: MINUTE, requests: 300 },
    { seconds: HOUR, requests: 10_000 },
    { seconds: DAY, requests: 100_000 },
  ],
  team: [
    { seconds: MINUTE, requests: 1_000 },
    { seconds: HOUR, requests: 50_000 },
  ],
};

/** What was used of a window. */
export interface Count {
  /** Unix seconds at which it began. */
  start: number;
  used: number;
}

/** What a set of windows said to one request. */
export interface Verdict {
  allowed: boolean;
  /** One for each window, in their order, this request included if it was allowed. */
  counts: Count[];
  /** Unix seconds, by the clock that decided. */
  at: number;
}

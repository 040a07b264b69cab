import { PACTPromise } from './promise.ts';

/** One page of a list. Iterating over it goes on through the pages after it, fetching each when it is reached. */
export class Page<T> implements AsyncIterable<T> {
  /** The items of this page. */
  readonly data: T[];
  /** Where the next page begins, to be given as `cursor`; null on the last page. */
  readonly nextCursor: string | null;
  /** Whether there is a page after this one. */
  readonly hasMore: boolean;
  readonly #fetch: (cursor: string) => PromiseLike<Page<T>>;

  /** @internal */
  constructor(
    page: { data: T[]; nextCursor: string | null; hasMore: boolean },
    fetch: (cursor: string) => PromiseLike<Page<T>>,
  ) {
    this.data = page.data;
    this.nextCursor = page.nextCursor;
    this.hasMore = page.hasMore;
    this.#fetch = fetch;
  }

  /** The page after this one; null after the last. */
  async nextPage(): Promise<Page<T> | null> {
    return this.hasMore && this.nextCursor !== null ? this.#fetch(this.nextCursor) : null;
  }

  /** Every item of this page and of those after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let page: Page<T> | null = this; page; page = await page.nextPage()) yield* page.data;
  }
}

/** What a listing call returns: a promise of its first page, which can be iterated over without being awaited. */
export class PagePromise<T> extends PACTPromise<Page<T>> implements AsyncIterable<T> {
  /** Every item of the first page and of those after it. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    yield* await this;
  }
}

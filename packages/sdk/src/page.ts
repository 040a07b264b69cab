/** One page of a list. Iterating over it goes on through the pages after it, fetching each when it is reached. */
export class Page<T> implements AsyncIterable<T> {
  readonly data: T[];
  /** Where the next page begins, to be given as `cursor`; null on the last page. */
  readonly nextCursor: string | null;
  readonly hasMore: boolean;
  readonly #fetch: (cursor: string) => Promise<Page<T>>;

  constructor(
    page: { data: T[]; nextCursor: string | null; hasMore: boolean },
    fetch: (cursor: string) => Promise<Page<T>>,
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

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (let page: Page<T> | null = this; page; page = await page.nextPage()) yield* page.data;
  }
}

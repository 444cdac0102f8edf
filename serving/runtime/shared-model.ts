import type { LoadedModel } from '../../models/package/package.ts';

/** The champion of one product, loaded and verified. */
export interface Served {
  version: number;
  /** Content hash of the package: the one identity of what answers. */
  package: string;
  /** When this process loaded it. */
  since: string;
  model: LoadedModel;
}

/** Counts the users of a loaded model, and closes it after it was retired and the last one is done. */
export class SharedModel {
  readonly served: Served;
  #users = 0;
  #retired = false;

  constructor(served: Served) {
    this.served = served;
  }

  async use<T>(work: (served: Served) => Promise<T>): Promise<T> {
    this.#users++;
    try {
      return await work(this.served);
    } finally {
      this.#users--;
      this.#closeIfUnused();
    }
  }

  retire(): void {
    this.#retired = true;
    this.#closeIfUnused();
  }

  #closeIfUnused(): void {
    // A model that fails to close has already answered its last request, so no caller is affected.
    if (this.#retired && this.#users === 0) void this.served.model.close().catch(() => {});
  }
}

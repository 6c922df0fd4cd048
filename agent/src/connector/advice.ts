/** What a person can do about a failure code; shown beside it, shipped with the agent's catalog. */
export interface Advice {
  code: string;
  /** Narrows the advice to one of the vendor's codes. */
  vendorCode?: string;
  title: string;
  advice: string;
}

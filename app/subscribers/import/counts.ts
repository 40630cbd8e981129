export interface ImportCounts {
  rows: number
  /** New on the list. */
  created: number
  /** On the list before; something of them is new. */
  updated: number
  unchanged: number
  /** Have left the list, and stay so. */
  keptUnsubscribed: number
  /** Get no mail, and stay so. */
  suppressed: number
  rejected: number
}

export const noCounts = (): ImportCounts => ({
  rows: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  keptUnsubscribed: 0,
  suppressed: 0,
  rejected: 0,
})

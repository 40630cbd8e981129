// What a spreadsheet would take for a formula, with the quotes that we may have put before it.
const HOSTILE = /^'*[=+\-@\t\r]/
const DISARMED = /^'+[=+\-@\t\r]/

/** Puts a quote before a cell that a spreadsheet would run (OWASP: CSV injection). */
export const disarm = (cell: string) => (HOSTILE.test(cell) ? `'${cell}` : cell)

/** Takes away the quote that `disarm` put there. */
export const rearm = (cell: string) => (DISARMED.test(cell) ? cell.slice(1) : cell)

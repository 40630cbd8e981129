/** One JSON document from JSON lines, written as they are read: a long list has no place in memory. */
export async function* jsonArray(pieces: AsyncIterable<string>) {
  let before = '['
  for await (const piece of pieces)
    for (const line of piece.split('\n').filter(Boolean)) {
      yield `${before}${line}\n`
      before = ','
    }
  yield before === '[' ? '[]\n' : ']\n'
}

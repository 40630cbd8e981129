import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

const SAMPLE_BYTES = 4096

/**
 * What a file is written in: by its byte order mark, by the zero bytes of UTF-16, or by whether all
 * of it is valid UTF-8. What is not is taken for Latin-1, in the form that the web gives it.
 */
export async function detectEncoding(file: string): Promise<Encoding> {
  const sample = await firstBytes(file)
  if (sample[0] === 0xff && sample[1] === 0xfe) return 'utf-16le'
  if (sample[0] === 0xfe && sample[1] === 0xff) return 'utf-16be'
  return wideEncoding(sample) ?? ((await isUtf8(file)) ? 'utf-8' : 'windows-1252')
}

/** Text with a zero in nearly every second byte is UTF-16; a stray zero is a fault for later. */
function wideEncoding(sample: Buffer): Encoding | null {
  const zeros = [0, 0]
  for (const [i, byte] of sample.entries()) if (byte === 0) zeros[i % 2]++
  const most = sample.length * 0.3
  if (zeros[1] > most && zeros[0] === 0) return 'utf-16le'
  if (zeros[0] > most && zeros[1] === 0) return 'utf-16be'
  return null
}

async function firstBytes(file: string) {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

async function isUtf8(file: string) {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20 }))
      decoder.decode(bytes, { stream: true })
    decoder.decode()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}

/** The text of a file, without a byte order mark, in pieces. */
export async function* readText(file: string, encoding: Encoding) {
  const decoder = new TextDecoder(encoding)
  for await (const bytes of createReadStream(file, { highWaterMark: 1 << 18 }))
    yield decoder.decode(bytes, { stream: true })
  yield decoder.decode()
}

import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import type { Files } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'

/** Beyond, the body is written to the store and streamed from there, bytes. */
const IN_MEMORY = 8 * 1024 * 1024

async function* base64Of(file: FileRef, files: Files): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0)
  for await (const chunk of files.open(file) as AsyncIterable<Buffer>) {
    const all = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk
    const whole = all.length - (all.length % 3)
    yield all.toString('base64', 0, whole)
    rest = all.subarray(whole)
  }
  yield rest.toString('base64')
}

/**
 * A JSON body that holds a file in base64, `{ "fichierFlux": "…", …rest }`. A large one is made in the store, so that it never is whole in
 * memory and its length is known before it leaves.
 */
export const bodyWithFile = async (
  files: Files,
  { member, file, rest }: { readonly member: string; readonly file: FileRef; readonly rest: object },
): Promise<object | FileRef> => {
  if (file.size <= IN_MEMORY) return { ...rest, [member]: (await buffer(files.open(file))).toString('base64') }
  async function* written(): AsyncGenerator<string> {
    yield `${JSON.stringify(rest).slice(0, -1)},${JSON.stringify(member)}:"`
    yield* base64Of(file, files)
    yield '"}'
  }
  return files.save(Readable.from(written()), 'envoi-chorus.json')
}

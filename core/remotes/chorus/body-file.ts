import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import type { Files } from '../../authoring/context.ts'
import type { FileRef } from '../../authoring/values.ts'
import { base64Of } from '../../contracts/factures/base64.ts'

/** Beyond, the body is written to the store and streamed from there, bytes. */
const IN_MEMORY = 8 * 1024 * 1024

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
    yield* base64Of(files.open(file) as AsyncIterable<Uint8Array>)
    yield '"}'
  }
  return files.save(Readable.from(written()), 'envoi-chorus.json')
}

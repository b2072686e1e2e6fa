import { streamXml, UnreadableXml } from './xml-stream.ts'

/**
 * Local name of the root element of an XML file, from its first bytes; `undefined` when they hold none, or are no XML.
 * @throws what `head` throws
 */
export const rootIn = async (head: AsyncIterable<Uint8Array>): Promise<string | undefined> => {
  let root: string | undefined
  try {
    await streamXml(head, { open: name => void (root ??= name) })
  } catch (error) {
    // A document cut after its first bytes is never complete; what was read before stands.
    if (!(error instanceof UnreadableXml)) throw error
  }
  return root
}

import { describe, expect, test } from 'vitest'
import type { ConnectorDefinition } from '../authoring/connectors.ts'
import type { Fields } from '../authoring/fields.ts'
import { connectForTest } from './connect.ts'
import { sampleDocument } from './conformance-document.ts'
import { bigFile, memoryGrowth } from './conformance-files.ts'

export interface LargeFileBench extends AsyncDisposable {
  readonly config: Readonly<Record<string, unknown>>
  /** Bytes of the file that the remote holds under this name, wherever it lies there; `undefined` when there is none. */
  sizeOf(name: string): Promise<number | undefined>
}

const MEGABYTES = 200
/** Buffers of the sockets, of the store and of the protocol, with what a test runner allocates meanwhile. */
const MOST_GROWTH = 100
const NAME = 'gros.pdf'

/**
 * A file of 200 MB goes through a connector of the family `ged` without being held in memory. The remote must not hold it either, when it
 * is a simulator of the same process.
 * @param skipped why these tests cannot be played here (a Debian package that is missing), shown in their title
 */
export const largeFileConformance = <C extends Fields>(
  name: string,
  definition: ConnectorDefinition<C, 'ged'>,
  setup: () => Promise<LargeFileBench>,
  skipped?: string,
): void => {
  describe.skipIf(skipped !== undefined)(`${name}${skipped === undefined ? '' : ` (${skipped})`}`, () => {
    test(`dépose un fichier de ${MEGABYTES} Mo sans le tenir en mémoire`, async () => {
      await using bench = await setup()
      await using connected = await connectForTest(definition, bench.config)
      const { files } = connected.context
      const acte = await bigFile(files, NAME, MEGABYTES)
      const document = await sampleDocument(files, {
        title: 'Gros',
        values: { acte, annexes: [], 'tdtActes.ar': undefined },
      })
      const growth = await memoryGrowth(async () => {
        await connected.connector.ged.deposit(document, 'clé')
      })
      expect(await bench.sizeOf(NAME)).toBe(acte.size)
      expect(growth).toBeLessThan(MOST_GROWTH)
    }, 120_000)
  })
}

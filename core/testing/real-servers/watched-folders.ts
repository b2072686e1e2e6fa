import { onFolder, type GleanerBench } from '../conformance-gleaner.ts'
import type { RealServer } from './daemon.ts'

/**
 * The three folders of a gleaner on a real server that serves a folder of this machine.
 * @param root what the settings call that folder, with its last `/`; empty when the connection is already in it
 */
export const watchedFolders = async (server: RealServer, root: string): Promise<Omit<GleanerBench, 'refused'>> => {
  const folder = await onFolder(server.deposits)
  await server.own()
  return {
    config: {
      ...server.config,
      repertoire: `${root}entree`,
      repertoireTraites: `${root}traites`,
      repertoireErreurs: `${root}erreurs`,
    },
    async put(path, content) {
      await folder.put(path, content)
      await server.own()
    },
    async contents() {
      // What mod_dav keeps about files is no deposit.
      const found = Object.entries(await folder.contents())
      return Object.fromEntries(found.filter(([path]) => !path.split('/').includes('.DAV')))
    },
    close: async () => server[Symbol.asyncDispose](),
  }
}

import { apache, apacheMissing, describeReal, gleanerConformance, watchedFolders } from '#core/conformance'
import glaneur from './index.ts'

describeReal('avec le serveur Apache mod_dav de la machine', apacheMissing, () => {
  gleanerConformance(
    'Le glaneur WebDAV, avec Apache mod_dav,',
    glaneur,
    async () => {
      const server = await apache()
      return {
        ...(await watchedFolders(server, '')),
        refused: { config: { motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
      }
    },
    { lacks: ['faults'] },
  )
})

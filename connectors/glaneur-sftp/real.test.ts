import { describeReal, gleanerConformance, openSsh, openSshMissing, watchedFolders } from '#core/conformance'
import glaneur from './index.ts'

describeReal('avec le serveur OpenSSH de la machine', openSshMissing, () => {
  gleanerConformance(
    'Le glaneur SFTP, avec OpenSSH,',
    glaneur,
    async () => {
      const server = await openSsh()
      return {
        ...(await watchedFolders(server, `${server.deposits}/`)),
        refused: { config: { clePrivee: undefined, motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
      }
    },
    { lacks: ['faults'] },
  )
})

import { describeReal, gleanerConformance, vsftpd, vsftpdMissing, watchedFolders } from '#core/conformance'
import glaneur from './index.ts'

describeReal('avec le serveur vsftpd de la machine', vsftpdMissing, () => {
  gleanerConformance(
    'Le glaneur FTP, avec vsftpd,',
    glaneur,
    async () => {
      const server = await vsftpd('explicite')
      return {
        ...(await watchedFolders(server, '/dépôts/')),
        refused: { config: { identifiant: 'inconnu', motDePasse: 'sésame-erroné' }, secret: 'sésame-erroné' },
      }
    },
    { lacks: ['faults'] },
  )
})

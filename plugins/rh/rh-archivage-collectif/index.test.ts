import { fileNamed } from '#core/testing'
import { archiveAussitot } from '../archivage.fixture.ts'
import flow from './index.ts'

archiveAussitot({
  flow,
  complete: {
    titre: 'États de paie 2025',
    siret: '21340000500011',
    document: { ...fileNamed('paie.csv'), type: 'text/csv' },
  },
  refusals: [
    ['un SIRET trop court', { siret: '2134' }, 'quatorze chiffres'],
    ['un fichier de métadonnées en PDF', { metadonnees: fileNamed('metadonnees.pdf') }, 'accepte : JSON, XML'],
  ],
})

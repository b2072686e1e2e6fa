import { fileNamed } from '#core/testing'
import { archiveAussitot, zip } from '../archivage.fixture.ts'
import flow from './index.ts'

archiveAussitot({
  flow,
  complete: { titre: 'États de paie 2025', siret: '21340000500011', dossier: zip },
  refusals: [['un dossier qui n’est pas un zip', { dossier: fileNamed('dossier.pdf') }, 'accepte : ZIP']],
})

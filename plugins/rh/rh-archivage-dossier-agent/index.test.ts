import { fileNamed } from '#core/testing'
import { archiveAussitot, zip } from '../archivage.fixture.ts'
import flow from './index.ts'

archiveAussitot({
  flow,
  complete: {
    titre: 'Dossier de Camille Durand',
    matricule: 'A12',
    prenom: 'Camille',
    naissance: '1980-02-03',
    siret: '21340000500011',
    dossier: zip,
  },
  refusals: [
    ['un dossier qui n’est pas un zip', { dossier: fileNamed('dossier.pdf') }, 'accepte : ZIP'],
    ['un agent né demain', { naissance: '2026-01-16' }, 'futur'],
  ],
})

import { gleanerConnector, localVolume } from '#core'

export default gleanerConnector({
  id: 'glaneur-local',
  version: 1,
  label: 'Glaneur d’un dossier du serveur',
  pastell: ['glaneur-local'],
  config: {},
  volume: async context => localVolume(context, ''),
})

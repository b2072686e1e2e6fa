import { gleanerConnector, ftpFields, ftpVolume } from '#core'

export default gleanerConnector({
  id: 'glaneur-ftp',
  version: 1,
  label: 'Glaneur FTP ou FTPS',
  pastell: ['glaneur-ftp'],
  config: ftpFields('glaneur_ftp'),
  volume: context => ftpVolume(context, ''),
})

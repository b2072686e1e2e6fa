import { gleanerConnector, sftpFields, sftpVolume } from '#core'

export default gleanerConnector({
  id: 'glaneur-sftp',
  version: 1,
  label: 'Glaneur SFTP',
  pastell: ['glaneur-sftp'],
  config: sftpFields('glaneur_sftp'),
  volume: context => sftpVolume(context, ''),
})

import { gleanerConnector, s3Fields, s3Volume } from '#core'

export default gleanerConnector({
  id: 'glaneur-s3',
  version: 1,
  label: 'Glaneur S3',
  pastell: ['glaneur-s3'],
  config: s3Fields('glaneur_s3'),
  volume: context => s3Volume(context, ''),
})

import type { FastifyPluginCallbackTypebox } from '@fastify/type-provider-typebox';
import { editedSchema } from '../domain/placeDetails.ts';
import { groundEditSchema } from './editGround.ts';
import { GroundEditor } from './groundEditor.ts';

const bodyLimit = 1_024 * 1_024;

/**
 * `POST /fences/edit`: what becomes of shapes while somebody draws. Changes nothing.
 *
 * @param limitMs how long an edit may take, ms; 3 s where left out
 */
export function fenceEditRoute(limitMs?: number): FastifyPluginCallbackTypebox {
  return (app, _options, done) => {
    const editor = new GroundEditor(limitMs);
    app.addHook('onClose', () => editor.close());

    app.post(
      '/fences/edit',
      {
        config: { access: 'fences.manage', rate: 'history' },
        bodyLimit,
        schema: { body: groundEditSchema, response: { 200: editedSchema } },
      },
      (request) => editor.edit(request.body),
    );
    done();
  };
}

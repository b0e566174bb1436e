-- The document `Nested` as one statement; `names` is an array's text.
SELECT json_build_object('machines', json_agg(
  json_build_object('name', m.nom, 'sessions', json_build_object('nodes', s.nodes)) ORDER BY m.nom))
FROM centre_usinage m
CROSS JOIN LATERAL (
  SELECT coalesce(json_agg(json_build_object(
      'date', p.date_production,
      'totalPieces', p.total_pieces,
      'observed', json_build_object(
        'occupancyRate', (p.duree_production_ms - p.attente_ms - p.arret_ms)::float8 / nullif(p.duree_production_ms, 0),
        'waitRate', p.attente_ms::float8 / nullif(p.duree_production_ms, 0),
        'stopRate', p.arret_ms::float8 / nullif(p.duree_production_ms, 0)),
      'waitPeriods', w.list,
      'stopPeriods', a.list,
      'jobs', j.list,
      'pieces', json_build_object('nodes', x.list)) ORDER BY p.date_production DESC, p.id DESC), '[]') AS nodes
  FROM (
    SELECT * FROM session_production WHERE centre_usinage_id = m.id ORDER BY date_production DESC, id DESC LIMIT 30
  ) p
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
      'startedAt', timestamp_debut, 'endedAt', timestamp_fin, 'durationSeconds', duree_ms / 1000.0::float8) ORDER BY numero), '[]') AS list
    FROM periode_attente WHERE session_id = p.id
  ) w
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
      'startedAt', timestamp_debut, 'endedAt', timestamp_fin, 'durationSeconds', duree_ms / 1000.0::float8) ORDER BY numero), '[]') AS list
    FROM periode_arret WHERE session_id = p.id
  ) a
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object(
      'reference', reference, 'lengthMm', longueur, 'colour', couleur, 'startedAt', timestamp_debut) ORDER BY numero), '[]') AS list
    FROM job_profil WHERE session_id = p.id
  ) j
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(json_build_object('number', numero_piece, 'producedAt', timestamp_production) ORDER BY numero_piece), '[]') AS list
    FROM piece_production WHERE session_id = p.id AND numero_piece <= 50
  ) x
) s
WHERE m.nom = ANY (CAST(:names AS text[]));

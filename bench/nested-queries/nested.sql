-- The document `Nested` as one statement; `names` is an array's text. Rows turned whole into JSON (`json_agg(r)`) are a
-- fifth faster than `json_build_object` a row.
SELECT json_build_object('machines', json_agg(json_build_object('name', m.nom, 'sessions', json_build_object('nodes', s.nodes))))
FROM (SELECT id, nom FROM centre_usinage WHERE nom = ANY (CAST(:names AS text[])) ORDER BY nom) m
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
      'pieces', json_build_object('nodes', x.list))), '[]') AS nodes
  FROM (
    SELECT * FROM session_production WHERE centre_usinage_id = m.id ORDER BY date_production DESC, id DESC LIMIT 30
  ) p
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(r), '[]') AS list FROM (
      SELECT timestamp_debut AS "startedAt", timestamp_fin AS "endedAt", duree_ms / 1000.0::float8 AS "durationSeconds"
      FROM periode_attente WHERE session_id = p.id ORDER BY numero) r
  ) w
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(r), '[]') AS list FROM (
      SELECT timestamp_debut AS "startedAt", timestamp_fin AS "endedAt", duree_ms / 1000.0::float8 AS "durationSeconds"
      FROM periode_arret WHERE session_id = p.id ORDER BY numero) r
  ) a
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(r), '[]') AS list FROM (
      SELECT reference, longueur AS "lengthMm", couleur AS colour, timestamp_debut AS "startedAt"
      FROM job_profil WHERE session_id = p.id ORDER BY numero) r
  ) j
  CROSS JOIN LATERAL (
    SELECT coalesce(json_agg(r), '[]') AS list FROM (
      SELECT numero_piece AS number, timestamp_production AS "producedAt"
      FROM piece_production WHERE session_id = p.id AND numero_piece <= 50 ORDER BY numero_piece) r
  ) x
) s;

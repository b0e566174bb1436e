-- The document `Small` as one statement.
SELECT json_build_object('machines', json_agg(json_build_object('name', m.nom, 'latestSession', s.latest) ORDER BY m.nom))
FROM centre_usinage m
LEFT JOIN LATERAL (
  SELECT json_build_object('date', p.date_production, 'totalPieces', p.total_pieces, 'observed', json_build_object(
    'occupancyRate', (p.duree_production_ms - p.attente_ms - p.arret_ms)::float8 / nullif(p.duree_production_ms, 0))) AS latest
  FROM session_production p WHERE p.centre_usinage_id = m.id ORDER BY p.date_production DESC, p.id DESC LIMIT 1) s ON true;
